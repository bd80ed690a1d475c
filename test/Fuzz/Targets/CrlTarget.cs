using System.Security.Cryptography;
using System.Text;
using Aeronet.AspNetCore.Fuzz.Measuring;
using Aeronet.AspNetCore.Transport.Tls.Revocation;

namespace Aeronet.AspNetCore.Fuzz.Targets;

/// <summary>
/// A revocation list as it comes, in DER or PEM, one that is signed and has these times, and one that is signed and then changed. Nothing is used
/// that is not signed and current; what is wrong is said in one line.
/// </summary>
internal sealed class CrlTarget : IFuzzTarget
{
    private const int Skew = 5;

    public string Name => "crl";

    public IEnumerable<byte[]> Seeds =>
    [
        "\u0001\u000520260615110000Z\n20260616110000Z"u8.ToArray(),
        "\u0001\u000100000101000000Z\n99991231235960Z"u8.ToArray(),
        "\u0002\0\u0005\u0001\u0009\u0008"u8.ToArray(),
        [0, .. Signer.Revoke("20260615110000Z"u8, "20260616110000Z"u8, [7])],
        [0, .. Encoding.ASCII.GetBytes(PemEncoding.WriteString("X509 CRL", Signer.Revoke("20260615110000Z"u8, [], [7])))],
        "\0-----BEGIN X509 CRL-----\n\n-----END X509 CRL-----\n"u8.ToArray(),
    ];

    public void Run(ReadOnlySpan<byte> input)
    {
        var fields = new Fields(input);
        switch (fields.Byte() % 3)
        {
            case 0:
                Read(fields.Rest.ToArray());
                break;
            case 1:
                var serial = fields.Byte();
                var thisUpdate = Encoding.Latin1.GetBytes(fields.Text());
                Read(Signer.Revoke(thisUpdate, fields.Rest, [serial]));
                break;
            default:
                ReadChanged(ref fields);
                break;
        }
    }

    private static void ReadChanged(ref Fields fields)
    {
        // It ended a day ago, and what is signed says so.
        var list = Signer.Revoke("20260613110000Z"u8, "20260614110000Z"u8, [7]);
        while (fields.Rest.Length >= 3)
            list[((fields.Byte() << 8) | fields.Byte()) % list.Length] = fields.Byte();

        Must.Hold(!Read(list), "what has ended has ended");
    }

    private static bool Read(byte[] bytes)
    {
        var meter = Meter.Start();
        var list = RevocationList.TryRead(bytes, [Signer.Authority], Signer.Now, out var problem);
        meter.StopLinear(nameof(RevocationList), bytes.Length);
        Must.Equal(list is null, problem.Length > 0, "whether there is a problem");
        if (list is null)
        {
            Must.BeOneLine(problem);
            return false;
        }

        Must.Hold(list.Made <= Signer.Now.AddMinutes(Skew) && (list.Ends is null || list.Ends > Signer.Now), "what is used is current");
        Must.Equal(bytes.Length, list.Length);
        return true;
    }
}
