using Aeronet.AspNetCore.Transport;
using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.Middleware.AccessLog;

/// <summary>The same over the Aeronet transport, which sends parts of open files without a copy.</summary>
internal sealed class CountingRegionBody : CountingBody, IHttpFileRegionFeature
{
    public override Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        SendAndCountAsync(Inner.SendFileAsync(path, offset, count, cancellationToken), path, offset, count, alsoCut: true);

    public Task SendFileAsync(SafeFileHandle file, long offset, long count, CancellationToken cancellationToken = default)
    {
        // At once, also for a file that is cut short: the connection knows what has left when it ends before that.
        var sending = ((IHttpFileRegionFeature)Inner).SendFileAsync(file, offset, count, cancellationToken);
        Add(count);
        return sending;
    }
}
