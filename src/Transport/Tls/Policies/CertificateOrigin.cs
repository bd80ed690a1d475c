namespace Aeronet.AspNetCore.Transport.Tls.Policies;

/// <summary>Where a certificate was read from, for messages about it.</summary>
/// <param name="Section">The configuration section that names it.</param>
/// <param name="Key">The key in it, <c>Path</c> or <c>Subject</c>.</param>
/// <param name="Value">The key's value.</param>
/// <param name="AllowInvalid">Whether it may be used before or after its time.</param>
internal sealed record CertificateOrigin(string Section, string Key, string Value, bool AllowInvalid);
