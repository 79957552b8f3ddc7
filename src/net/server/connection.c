#include "net/server/connection.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/server/monotonic.h"

#define ASK_SERVER   "is the server overloaded, stopped, or behind a firewall?"
#define ASK_LISTENER "does the server run, and listen at this address and port?"
#define ASK_WHY_GONE                                                                     \
    "look into the server's log; if it wants TLS write rediss:// in CognitoStore"

/* ---- waiting ---- */

/* TRUE when the socket is ready, or has an error that the next call tells. */
static int is_ready_in_time(const cog_connection_t *connection, short events)
{
    struct pollfd polled = {connection->fd, events, 0};
    int count;

    do {
        count = poll(&polled, 1, cog_monotonic_left(connection->deadline));
    } while (count < 0 && errno == EINTR);
    return count > 0;
}

static cog_err_t wait_for(const cog_connection_t *connection, short events,
                          cog_fault_t *fault)
{
    if (is_ready_in_time(connection, events)) {
        return COG_OK;
    }
    return cog_fault_set(fault, ASK_SERVER, "it did not answer in time");
}

static int is_to_be_repeated(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

/* After a call that has done nothing: wait for its turn, or tell why there is none. */
static cog_err_t wait_or_fail(const cog_connection_t *connection, ssize_t result,
                              short events, cog_fault_t *fault)
{
    if (result < 0 && is_to_be_repeated()) {
        return wait_for(connection, events, fault);
    }
    if (result == 0) {
        cog_fault_set(fault, ASK_WHY_GONE, "it ended the connection");
    }
    else {
        cog_fault_of_system(fault, ASK_WHY_GONE, errno);
    }
    fault->is_gone = 1;
    return COG_E_STORE;
}

static cog_err_t wait_or_fail_in_tls(const cog_connection_t *connection, int result,
                                     cog_fault_t *fault)
{
    int reason = SSL_get_error(connection->ssl, result);

    if (reason == SSL_ERROR_WANT_READ) {
        return wait_for(connection, POLLIN, fault);
    }
    if (reason == SSL_ERROR_WANT_WRITE) {
        return wait_for(connection, POLLOUT, fault);
    }
    return cog_tls_fault(connection->ssl, reason, fault);
}

/* ---- opening ---- */

static int begin_to_connect(int fd, const cog_address_t *address)
{
    int yes = 1;

    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    if (connect(fd, (const struct sockaddr *)&address->bytes, address->len) == 0 ||
        errno == EINPROGRESS || errno == EINTR) {
        return 0;
    }
    return errno;
}

static int error_of(int fd)
{
    int error = 0;
    socklen_t len = sizeof(error);

    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0 ? error : errno;
}

static cog_err_t connect_socket(const cog_connection_t *connection,
                                const cog_address_t *address, cog_fault_t *fault)
{
    int error = begin_to_connect(connection->fd, address);

    if (error == 0 && !is_ready_in_time(connection, POLLOUT)) {
        return cog_fault_set(fault, ASK_SERVER, "no connection came about in time");
    }
    if (error == 0) {
        error = error_of(connection->fd);
    }
    return error == 0 ? COG_OK : cog_fault_of_system(fault, ASK_LISTENER, error);
}

static cog_err_t connect_to(const cog_address_t *address, cog_connection_t *connection,
                            cog_fault_t *fault)
{
    cog_err_t err;

    connection->fd =
        socket(address->bytes.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (connection->fd < 0) {
        return cog_fault_of_system(fault, "raise the limit of open files of httpd",
                                   errno);
    }
    err = connect_socket(connection, address, fault);
    if (err != COG_OK) {
        cog_connection_close(connection);
    }
    return err;
}

static cog_err_t connect_to_any(const cog_addresses_t *addresses, apr_time_t deadline,
                                cog_connection_t *connection, cog_fault_t *fault)
{
    cog_err_t err = COG_E_STORE;

    for (size_t i = 0; i < addresses->count && err != COG_OK; ++i) {
        apr_time_t now = cog_monotonic_now();
        apr_time_t left = (apr_time_t)(addresses->count - i);

        connection->deadline = now + (deadline - now) / left;
        err = connect_to(&addresses->all[i], connection, fault);
    }
    connection->deadline = deadline;
    return err;
}

static cog_err_t shake_hands(const cog_endpoint_t *endpoint, cog_connection_t *connection,
                             cog_fault_t *fault)
{
    int result;

    connection->ssl = cog_tls_client(endpoint->tls, connection->fd);
    if (!connection->ssl) {
        return cog_fault_set(fault, "give the processes more memory",
                             "TLS could not be set up");
    }
    ERR_clear_error();
    while ((result = SSL_do_handshake(connection->ssl)) != 1) {
        COG_TRY(wait_or_fail_in_tls(connection, result, fault));
    }
    return COG_OK;
}

cog_err_t cog_connection_open(const cog_endpoint_t *endpoint, apr_time_t deadline,
                              cog_connection_t *connection, cog_fault_t *fault)
{
    cog_addresses_t addresses;
    cog_err_t err;

    *connection = (cog_connection_t){.fd = -1};
    COG_TRY(cog_resolve(endpoint->resolver, deadline, &addresses, fault));
    COG_TRY(connect_to_any(&addresses, deadline, connection, fault));
    err = endpoint->tls ? shake_hands(endpoint, connection, fault) : COG_OK;
    if (err != COG_OK) {
        cog_connection_close(connection);
    }
    return err;
}

void cog_connection_close(cog_connection_t *connection)
{
    SSL_free(connection->ssl);
    close(connection->fd);
    *connection = (cog_connection_t){.fd = -1};
}

/* ---- reading and writing ---- */

static int limited(size_t len)
{
    return len < 65536 ? (int)len : 65536;
}

/* More than 0, or the socket is worth another try, or COG_E_STORE. */
static cog_err_t write_some(cog_connection_t *connection, const char *bytes, size_t len,
                            size_t *done, cog_fault_t *fault)
{
    ssize_t sent;

    *done = 0;
    if (connection->ssl) {
        ERR_clear_error();
        sent = SSL_write(connection->ssl, bytes, limited(len));
    }
    else {
        sent = send(connection->fd, bytes, len, MSG_NOSIGNAL);
    }
    if (sent > 0) {
        *done = (size_t)sent;
        return COG_OK;
    }
    return connection->ssl ? wait_or_fail_in_tls(connection, (int)sent, fault)
                           : wait_or_fail(connection, sent, POLLOUT, fault);
}

cog_err_t cog_connection_write(cog_connection_t *connection, const char *bytes,
                               size_t len, cog_fault_t *fault)
{
    while (len > 0) {
        size_t done;

        COG_TRY(write_some(connection, bytes, len, &done, fault));
        bytes += done;
        len -= done;
    }
    return COG_OK;
}

static ssize_t read_now(const cog_connection_t *connection, char *bytes, size_t room)
{
    if (connection->ssl) {
        ERR_clear_error();
        return SSL_read(connection->ssl, bytes, limited(room));
    }
    return recv(connection->fd, bytes, room, 0);
}

cog_err_t cog_connection_read(cog_connection_t *connection, char *bytes, size_t room,
                              size_t *len, cog_fault_t *fault)
{
    ssize_t got;

    while ((got = read_now(connection, bytes, room)) <= 0) {
        COG_TRY(connection->ssl ? wait_or_fail_in_tls(connection, (int)got, fault)
                                : wait_or_fail(connection, got, POLLIN, fault));
    }
    *len = (size_t)got;
    return COG_OK;
}

int cog_connection_is_quiet(cog_connection_t *connection)
{
    char byte;
    ssize_t got = read_now(connection, &byte, 1);
    int is_quiet;

    if (!connection->ssl) {
        return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    }
    is_quiet =
        got <= 0 && SSL_get_error(connection->ssl, (int)got) == SSL_ERROR_WANT_READ;
    ERR_clear_error();
    return is_quiet;
}
