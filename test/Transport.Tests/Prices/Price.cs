namespace Aeronet.AspNetCore.Transport.Tests.Prices;

/// <summary>The most that one request or connection may cost the server.</summary>
/// <param name="Calls">System calls, as <see cref="PricePaid.Calls"/> counts them.</param>
/// <param name="Waits">System calls by which threads wait and wake each other, as <see cref="PricePaid.Waits"/> counts them.</param>
/// <param name="Bytes">Bytes allocated on the managed heap.</param>
internal sealed record Price(double Calls, double Waits, double Bytes);
