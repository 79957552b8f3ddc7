/* Preloaded under sanitizers and valgrind: modules stay mapped, so that reports keep
 * their names and what a module's globals point to is no leak. */
int dlclose(void *handle);

int dlclose(void *handle)
{
    (void)handle;
    return 0;
}
