"""Three hosts and one Redis behind a balancer. See README.md."""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "httpd"), os.path.join(HERE, "..", "emulator")]
