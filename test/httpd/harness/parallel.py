"""Several things at once."""
import threading


def in_parallel(count, work):
    """Runs work(n) in threads; the results, in order. The first exception is raised."""
    results, errors = [None] * count, []

    def run(number):
        try:
            results[number] = work(number)
        except Exception as error:  # pylint: disable=broad-except
            errors.append(error)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return results


def at_once(*work):
    """The same with functions of their own."""
    return in_parallel(len(work), lambda number: work[number]())
