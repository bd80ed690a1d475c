namespace BenchTable.Servers;

/// <summary>A server with its settings.</summary>
internal enum ServerKind
{
    /// <summary>Aeronet with its defaults.</summary>
    Aeronet,

    /// <summary>Aeronet that reads and writes files.</summary>
    AeronetCopying,

    /// <summary>Aeronet that encrypts in the process, whatever the kernel can.</summary>
    AeronetUserTls,

    /// <summary>Aeronet whose bytes are encrypted by the kernel, or that does not start.</summary>
    AeronetKernelTls,

    /// <summary>Kestrel on its own sockets, with the framework's static files.</summary>
    Kestrel,

    /// <summary>nginx with sendfile.</summary>
    Nginx,

    /// <summary>nginx without.</summary>
    NginxCopying,

    /// <summary>nginx whose bytes are encrypted by the kernel where it can.</summary>
    NginxKernelTls,
}
