namespace Aeronet.AspNetCore.Middleware.Tests.Schema;

/// <summary>A section within <c>Aeronet</c>.</summary>
/// <param name="Package">The folder of the package that reads it.</param>
/// <param name="Key">Its key.</param>
/// <param name="Options">What it is bound to.</param>
/// <param name="IsList">Whether it is a list of these.</param>
internal sealed record SchemaSection(string Package, string Key, Type Options, bool IsList = false);
