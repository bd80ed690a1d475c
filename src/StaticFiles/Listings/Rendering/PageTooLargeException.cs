namespace Aeronet.AspNetCore.StaticFiles.Listings.Rendering;

/// <summary>A page, or a list, has more bytes than are kept for one.</summary>
internal sealed class PageTooLargeException(int maxBytes, Exception? inner = null) : Exception($"it has more than {maxBytes} bytes", inner);
