# What the build needs from the system. All that is missing is told at once,
# each with the name of its Debian and its Fedora package.

# COG_MISSING(WHAT, DEBIAN-PACKAGE, FEDORA-PACKAGE)
AC_DEFUN([COG_MISSING],
  [cog_missing="$cog_missing
  $1: install $2 (Debian) or $3 (Fedora)"])

# COG_NEED_MODULE(VARIABLE, PKG-CONFIG MODULE >= VERSION, DEBIAN, FEDORA)
# Sets VARIABLE_CFLAGS, with headers as system headers (our warnings are for our code),
# and VARIABLE_LIBS.
AC_DEFUN([COG_NEED_MODULE],
  [PKG_CHECK_MODULES([$1], [$2],
     [$1_CFLAGS=$(echo " $$1_CFLAGS" | sed 's/ -I */ -isystem /g')],
     [COG_MISSING([$2], [$3], [$4])])])

# COG_NEED_ALL(): ends configure when something was missing
AC_DEFUN([COG_NEED_ALL],
  [AS_IF([test -n "$cog_missing"],
     [AC_MSG_ERROR([the build needs more than this system has:$cog_missing])])])
