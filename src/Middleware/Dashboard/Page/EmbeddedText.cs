namespace Aeronet.AspNetCore.Middleware.Dashboard.Page;

/// <summary>Texts inside the assembly.</summary>
internal static class EmbeddedText
{
    public static string Read(string name) => Find(name) ?? throw new InvalidOperationException($"The assembly lacks '{name}'.");

    /// <summary>Null if it is not there: the charts are left out where they could not be fetched.</summary>
    public static string? Find(string name)
    {
        using var stream = typeof(EmbeddedText).Assembly.GetManifestResourceStream("dashboard/" + name);
        if (stream is null)
        {
            return null;
        }

        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
