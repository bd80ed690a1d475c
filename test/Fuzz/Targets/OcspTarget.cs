using System.Text;
using Aeronet.AspNetCore.Fuzz.Measuring;
using Aeronet.AspNetCore.Transport.Tls.Stapling;

namespace Aeronet.AspNetCore.Fuzz.Targets;

/// <summary>
/// An OCSP response as it comes, one that is signed and has these times and this status, and one that is signed and then changed. Nothing is
/// sent that is not signed, of this certificate and current; what is wrong is said in one line.
/// </summary>
internal sealed class OcspTarget : IFuzzTarget
{
    private const int Skew = 5;

    private static readonly OcspVerifier s_verifier = new(Signer.Leaf.RawData, Signer.Authority.RawData);

    public string Name => "ocsp";

    public IEnumerable<byte[]> Seeds =>
    [
        "\u0001\0\020260615110000Z\n20260616110000Z"u8.ToArray(),
        "\u0001\u0001\020260615110000Z\n"u8.ToArray(),
        "\u0001\u0002\u000199991231235960Z\n00000101000000Z"u8.ToArray(),
        "\u0002\0\u0005\u0001\u0009\u0080"u8.ToArray(),
        [0, 0x30, 3, 0x0A, 1, 6],
        [0, .. Signer.Respond(0, "20260615110000Z"u8, [], isOfLeaf: true)],
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
                ReadSigned(ref fields);
                break;
            default:
                ReadChanged(ref fields);
                break;
        }
    }

    private static void ReadSigned(ref Fields fields)
    {
        var status = fields.Byte() % 3;
        var isOfLeaf = fields.Byte() % 2 == 0;
        var thisUpdate = Encoding.Latin1.GetBytes(fields.Text());
        var answer = Read(Signer.Respond(status, thisUpdate, fields.Rest, isOfLeaf));
        Must.Hold(answer.Result is not (OcspResult.Good or OcspResult.Revoked) || isOfLeaf, "another's response is none");
        Must.Hold(answer.Result != OcspResult.Good || status == 0);
        Must.Hold(answer.Result != OcspResult.Revoked || status == 1);
    }

    // Of what is signed nothing can be changed: not the status, nor the time.
    private static void ReadChanged(ref Fields fields)
    {
        var response = Signer.Respond(2, "20260615110000Z"u8, "20260616110000Z"u8, isOfLeaf: true);
        while (fields.Rest.Length >= 3)
            response[((fields.Byte() << 8) | fields.Byte()) % response.Length] = fields.Byte();

        Must.Hold(Read(response).Staple is null, "what the responder does not know stays unknown");
    }

    private static OcspAnswer Read(byte[] der)
    {
        var meter = Meter.Start();
        var answer = s_verifier.Read(der, Signer.Now);
        meter.StopLinear(nameof(OcspVerifier), der.Length);
        Must.Equal(answer.Result is OcspResult.Good or OcspResult.Revoked, answer.Staple is not null, "whether there is something to send");
        if (answer.Result != OcspResult.Good)
            Must.BeOneLine(answer.Problem);

        if (answer.Staple is { } staple)
        {
            Must.Hold(staple.Der.SequenceEqual(der), "what is sent is what came");
            Must.Hold(staple.ThisUpdate <= Signer.Now.AddMinutes(Skew) && staple.Expires > Signer.Now, "what is sent is current");
        }

        return answer;
    }
}
