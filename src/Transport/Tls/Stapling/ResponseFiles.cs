using Aeronet.AspNetCore.Transport.Tls.Policies;

namespace Aeronet.AspNetCore.Transport.Tls.Stapling;

/// <summary>The responses that somebody else puts into files.</summary>
internal static class ResponseFiles
{
    internal static FileStamp[] StampsOf(CertificateStaple staple) => [.. staple.Files.Select(FileStamp.Of)];

    /// <summary>The newest that is for a certificate; otherwise what is wrong with the one that comes nearest.</summary>
    internal static OcspAnswer Read(CertificateStaple staple, DateTimeOffset now)
    {
        var answers = staple.Files.Select(file => Read(staple, file, now)).ToArray();
        return answers.Where(answer => answer.Staple is not null).OrderByDescending(answer => answer.Staple!.ThisUpdate).Cast<OcspAnswer?>().FirstOrDefault()
            ?? answers.OrderBy(answer => answer.Result switch
            {
                OcspResult.OtherCertificate or OcspResult.Untrusted => 1,
                _ => 0,
            }).First();
    }

    private static OcspAnswer Read(CertificateStaple staple, string file, DateTimeOffset now)
    {
        if (StapleFiles.TryRead(file, out var problem) is not { } der)
        {
            return OcspAnswer.Failed(OcspResult.NoFile, $"'{file}' {problem}");
        }

        var answer = staple.Verifier.Read(der, now);
        return answer.Staple is null ? OcspAnswer.Failed(answer.Result, $"'{file}': {answer.Problem}") : answer;
    }
}
