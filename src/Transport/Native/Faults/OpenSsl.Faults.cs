using System.Runtime.InteropServices;

namespace Aeronet.AspNetCore.Transport.Native;

/// <summary>What <see cref="Faults.FaultyReadBio"/> needs besides.</summary>
internal static unsafe partial class OpenSsl
{
    [LibraryImport(Crypto)]
    internal static partial int BIO_meth_set_read(nint method, delegate* unmanaged<nint, byte*, int, int> callback);
}
