namespace Aeronet.AspNetCore.Middleware;

/// <summary>The file of the access log. One that was renamed or removed by others is opened again with the next batch of lines.</summary>
public sealed class AeronetAccessLogFileOptions
{
    /// <summary>The file. A relative path starts at the content root. The directory must exist.</summary>
    /// <remarks>Defaults to <see langword="null"/>: no file.</remarks>
    public string? Path { get; set; }

    /// <summary>The size in bytes that a file may reach before the next one is begun; 4096 or more.</summary>
    /// <remarks>Defaults to <see langword="null"/>: any.</remarks>
    public long? MaxSize { get; set; }

    /// <summary>Whether a file is begun each day (UTC).</summary>
    /// <remarks>Defaults to <see langword="false"/>.</remarks>
    public bool Daily { get; set; }

    /// <summary>How many full files are kept beside the one in use; 1 or more.</summary>
    /// <remarks>Defaults to <see langword="null"/>: all.</remarks>
    public int? Keep { get; set; }

    /// <summary>
    /// Whether SIGHUP opens the file again at once, and no longer ends the process. Without it the signal does what it did before.
    /// </summary>
    /// <remarks>Defaults to <see langword="false"/>.</remarks>
    public bool ReopenOnHangup { get; set; }

    internal bool IsSameAs(AeronetAccessLogFileOptions other) =>
        Path == other.Path && MaxSize == other.MaxSize && Daily == other.Daily && Keep == other.Keep
        && ReopenOnHangup == other.ReopenOnHangup;
}
