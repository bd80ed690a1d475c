namespace Aeronet.AspNetCore.Transport.Tls.Stapling;

/// <summary>The outcome of asking, or of reading what was kept.</summary>
/// <param name="Result">What came of it.</param>
/// <param name="Staple">The response, where it can be sent: it is good, or the certificate is revoked.</param>
/// <param name="Problem">What is wrong otherwise, as the end of a sentence.</param>
internal readonly record struct OcspAnswer(OcspResult Result, Staple? Staple, string Problem)
{
    internal static OcspAnswer Failed(OcspResult result, string problem) => new(result, null, problem.ReplaceLineEndings(" ").TrimEnd('.', ' '));
}
