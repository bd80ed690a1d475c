using System.Runtime.InteropServices;
using Aeronet.AspNetCore.Transport.Native;
using Aeronet.AspNetCore.Transport.Tls.Session;

namespace Aeronet.AspNetCore.Tls.Tests.Observability;

/// <summary>Which of the errors in OpenSSL's queue a failure is called after.</summary>
public sealed class OpenSslReasonTests
{
    private const int LibrarySsl = 20;
    private const int LibraryX509 = 11;

    [Theory]
    [InlineData("bad_record", OpenSslReasons.BadRecordMac)]
    [InlineData("bad_record", OpenSslReasons.BadRecordMac, OpenSslReasons.RecordLayerFailure)]
    [InlineData("bad_record", OpenSslReasons.DecryptionFailed, OpenSslReasons.RecordLayerFailure, OpenSslReasons.RecordLayerFailure)]
    [InlineData("protocol_error", OpenSslReasons.RecordLayerFailure)]
    [InlineData("no_shared_cipher", OpenSslReasons.RecordLayerFailure, OpenSslReasons.NoSharedCipher)]
    public void Reason_OnTopOfAnother_TheOneThatSaysSomething(string expected, params int[] reasons)
    {
        OpenSsl.ERR_clear_error();
        Raise(LibraryX509, 112);
        foreach (var reason in reasons)
            Raise(LibrarySsl, reason);

        Assert.NotNull(OpenSslErrors.Take(out var taken));
        Assert.Equal(expected, TlsFailures.NameOf(TlsFailures.Of(taken)));
        Assert.Null(OpenSslErrors.Take());
    }

    private static void Raise(int library, int reason)
    {
        ERR_new();
        ERR_set_error(library, reason, 0);
    }

    [DllImport(OpenSsl.Crypto)]
    private static extern void ERR_new();

    [DllImport(OpenSsl.Crypto)]
    private static extern void ERR_set_error(int library, int reason, nint format);
}
