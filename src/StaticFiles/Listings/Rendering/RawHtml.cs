namespace Aeronet.AspNetCore.StaticFiles.Listings.Rendering;

/// <summary>A value that is HTML already.</summary>
internal sealed record RawHtml(string Html)
{
    /// <summary>What filters make of it is a plain text again, and encoded.</summary>
    public override string ToString() => Html;
}
