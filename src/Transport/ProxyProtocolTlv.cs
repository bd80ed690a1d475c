namespace Aeronet.AspNetCore.Transport;

/// <summary>An additional value of a PROXY protocol header of version 2 (specification, section 2.2).</summary>
/// <param name="Type">What it is; 0xE0 to 0xEF are for applications.</param>
/// <param name="Value">Its bytes, as they came; 0 to 65,532.</param>
public readonly record struct ProxyProtocolTlv(byte Type, ReadOnlyMemory<byte> Value);
