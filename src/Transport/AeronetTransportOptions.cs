namespace Aeronet.AspNetCore.Transport;

/// <summary>
/// Options of the Aeronet transport. Bound from the configuration section <c>Aeronet:Transport</c>, then changed by the
/// delegate passed to <c>UseAeronetTransport</c>, then validated when the server starts.
/// </summary>
public sealed class AeronetTransportOptions
{
    /// <summary>The configuration section these options are bound from.</summary>
    public const string SectionName = "Aeronet:Transport";

    /// <summary>Number of event loops, each one epoll set led by one thread at a time. 1 to 1024.</summary>
    /// <remarks>Defaults to one for each processor (<see cref="Environment.ProcessorCount"/>).</remarks>
    public int EventLoops { get; set; } = Math.Min(Environment.ProcessorCount, 1024);

    /// <summary>Where the application runs when bytes arrive.</summary>
    /// <remarks>Defaults to <see cref="DispatchMode.Adaptive"/>.</remarks>
    public DispatchMode Dispatch { get; set; } = DispatchMode.Adaptive;

    /// <summary>
    /// How long a callback may hold its event loop while other connections wait before the loop is handed to a standby
    /// thread. 1 ms to 10 s. Only used by <see cref="DispatchMode.Adaptive"/>.
    /// </summary>
    /// <remarks>Defaults to 5 ms.</remarks>
    public TimeSpan StallThreshold { get; set; } = TimeSpan.FromMilliseconds(5);

    /// <summary>
    /// The most threads, over all loops, that may be inside blocking application code before further connections are
    /// served on the thread pool. 1 to 4096. The loops have two threads each besides. Only used by
    /// <see cref="DispatchMode.Adaptive"/>.
    /// </summary>
    /// <remarks>Defaults to 64.</remarks>
    public int MaxStandbyThreads { get; set; } = 64;

    /// <summary>Length of the kernel's queue of connections that are not yet accepted (listen(2)); the kernel caps it at net.core.somaxconn.</summary>
    /// <remarks>Defaults to 512.</remarks>
    public int Backlog { get; set; } = 512;

    /// <summary>Sets TCP_NODELAY on accepted TCP connections.</summary>
    /// <remarks>Defaults to <see langword="true"/>.</remarks>
    public bool NoDelay { get; set; } = true;

    /// <summary>Sets SO_KEEPALIVE on accepted TCP connections, so that the kernel finds peers that vanished.</summary>
    /// <remarks>Defaults to <see langword="false"/>.</remarks>
    public bool KeepAlive { get; set; }

    /// <summary>
    /// How long the kernel keeps a TCP connection back until its first bytes arrive (TCP_DEFER_ACCEPT, tcp(7)), in whole
    /// seconds; zero accepts at once. At most 60 s. Saves a wake-up per connection; wrong for protocols in which the server speaks first.
    /// </summary>
    /// <remarks>Defaults to <see cref="TimeSpan.Zero"/>.</remarks>
    public TimeSpan DeferAccept { get; set; }

    /// <summary>
    /// Opens one listening socket per event loop with SO_REUSEPORT, so that the kernel spreads connections. Another
    /// process of the same user can then bind the same port without an error.
    /// </summary>
    /// <remarks>Defaults to <see langword="false"/>: the loops share one listening socket and an occupied port is an error.</remarks>
    public bool ReusePort { get; set; }

    /// <summary>Whether a socket bound to the IPv6 wildcard address also accepts IPv4.</summary>
    /// <remarks>Defaults to <see langword="true"/>, as Kestrel's own transport.</remarks>
    public bool DualMode { get; set; } = true;

    /// <summary>
    /// The most bytes the transport takes from a socket in one read, and the most unread bytes a half-closed peer may
    /// leave in the kernel before its end of stream is reported. 4096 bytes or more. Reading happens only on the
    /// application's demand; what it does not ask for stays in the kernel's receive buffer, which is the back-pressure.
    /// </summary>
    /// <remarks>Defaults to 1 MiB.</remarks>
    public long MaxReadBufferSize { get; set; } = 1024 * 1024;

    /// <summary>
    /// The most response bytes the transport queues for a connection before a flush waits for the peer to read; it is
    /// resumed at half of that. 4096 bytes or more.
    /// </summary>
    /// <remarks>Defaults to 64 KiB.</remarks>
    public long MaxWriteBufferSize { get; set; } = 64 * 1024;

    /// <summary>
    /// The most bytes sent to one connection (memory or file) before the loop turns to the next one. 4096 bytes to 1 GiB.
    /// </summary>
    /// <remarks>Defaults to 2 MiB.</remarks>
    public int SendChunk { get; set; } = 2 * 1024 * 1024;

    /// <summary>Sends files by sendfile(2) where the response allows it.</summary>
    /// <remarks>Defaults to <see langword="true"/>.</remarks>
    public bool ZeroCopyFiles { get; set; } = true;

    /// <summary>
    /// How long the peer of a connection that is being closed may take nothing of what is left to send before the
    /// connection is reset, and how long stopping waits for threads of the loops that are inside the application. 0 to 10 minutes.
    /// </summary>
    /// <remarks>Defaults to 30 s.</remarks>
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long a server that is told to stop goes on accepting and serving before it does: as long as a balancer takes to notice that it
    /// is no longer ready. Zero stops at once, which is right where no balancer is in front. Less than <c>HostOptions.ShutdownTimeout</c>,
    /// which counts from the same moment.
    /// </summary>
    /// <remarks>Defaults to <see cref="TimeSpan.Zero"/>: only who runs the balancer knows how soon it notices.</remarks>
    public TimeSpan DrainDelay { get; set; }

    /// <summary>
    /// How long connections have to end after the <see cref="DrainDelay"/> of a drain that the application began itself
    /// (<see cref="IAeronetDrain.BeginAsync"/>); those that are left are reset. A server that stops has <c>HostOptions.ShutdownTimeout</c>
    /// instead. 0 to 1 day.
    /// </summary>
    /// <remarks>Defaults to 30 s.</remarks>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long the application may send nothing to a client that has finished sending (FIN) before the client counts as gone and
    /// <c>HttpContext.RequestAborted</c> is cancelled: a client that only said that its request is complete gets its whole response, and
    /// one that has left is noticed by the reset with which it answers the first bytes. Zero cancels at once, as Kestrel's own
    /// transport does; <see cref="Timeout.InfiniteTimeSpan"/> leaves it to the reset. A reset always cancels at once. Zero to 1 day.
    /// </summary>
    /// <remarks>Defaults to 2 s.</remarks>
    public TimeSpan HalfCloseTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Permission bits given to a Unix domain socket's file after binding, by name, <c>UserRead, UserWrite, GroupRead, GroupWrite</c>, or octal,
    /// <c>0660</c>.
    /// </summary>
    /// <remarks>Defaults to <see langword="null"/>: the process's umask decides.</remarks>
    public UnixFileMode? UnixFileMode { get; set; }

    /// <summary>
    /// Path of a Unix socket, for example <c>/run/app/handover.sock</c>, by which a new process of the application takes the listening sockets of the one
    /// that serves: that one goes on until the new one has started, and ends then. Absolute; its directory must exist and be this user's. The socket is this
    /// user's alone (mode 0600), and the other process must be of the same user or root's (unix(7), SO_PEERCRED). See docs/restart.md.
    /// </summary>
    /// <remarks>Defaults to <see langword="null"/>: nothing is handed over, and an occupied address is an error.</remarks>
    public string? HandOver { get; set; }

    /// <summary>
    /// How long a new process may take from being handed the sockets until its start is complete; then it is refused, and the one that serves goes on.
    /// Also how long a new one waits for an answer. 1 s to 1 hour.
    /// </summary>
    /// <remarks>Defaults to 1 minute.</remarks>
    public TimeSpan HandOverTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Gives the https endpoints of Kestrel's configuration (<c>Kestrel:Endpoints</c>) the transport's TLS instead of
    /// Kestrel's, where it can do what they ask for.
    /// </summary>
    /// <remarks>Defaults to <see langword="true"/>.</remarks>
    public bool TlsForConfiguredEndpoints { get; set; } = true;
}
