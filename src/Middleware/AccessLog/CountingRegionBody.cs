using Aeronet.AspNetCore.Transport;
using Microsoft.Win32.SafeHandles;

namespace Aeronet.AspNetCore.Middleware.AccessLog;

/// <summary>The same over the Aeronet transport, which sends parts of open files without a copy.</summary>
internal sealed class CountingRegionBody : CountingBody, IHttpFileRegionFeature
{
    public async Task SendFileAsync(SafeFileHandle file, long offset, long count, CancellationToken cancellationToken = default)
    {
        await ((IHttpFileRegionFeature)Inner).SendFileAsync(file, offset, count, cancellationToken).ConfigureAwait(false);
        AddFile(count);
    }
}
