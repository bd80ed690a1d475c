using System.Formats.Asn1;

namespace Aeronet.AspNetCore.Transport.Tls.Policies;

/// <summary>Finds where a value ends that others may follow.</summary>
internal static class DerValue
{
    /// <summary>The length of the first value, with its tag; 0 where there is none.</summary>
    /// <param name="bytes">What may begin with one.</param>
    /// <param name="rules">How strictly.</param>
    /// <param name="tag">Its tag.</param>
    internal static int LengthOfFirst(ReadOnlySpan<byte> bytes, AsnEncodingRules rules, out Asn1Tag tag)
    {
        try
        {
            return AsnDecoder.TryReadEncodedValue(bytes, rules, out tag, out _, out _, out var length) ? length : 0;
        }
        catch (AsnContentException)
        {
            // It does not only try: a length beyond Int32 throws.
            tag = default;
            return 0;
        }
    }
}
