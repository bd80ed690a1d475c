namespace Aeronet.AspNetCore.Middleware.ConfigReport;

/// <summary>What a setting came from.</summary>
/// <param name="Name">For people, such as <c>appsettings.json</c>.</param>
/// <param name="IsSecretStore">Whether all that comes from there is secret.</param>
internal readonly record struct ConfigOrigin(string Name, bool IsSecretStore = false);
