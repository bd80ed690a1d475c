namespace Aeronet.AspNetCore.Transport.Succession;

/// <summary>A descriptor that this process was started with, and its name (<c>FileDescriptorName=</c> of systemd.socket(5)).</summary>
internal readonly record struct ActivatedSocket(int Descriptor, string Name);
