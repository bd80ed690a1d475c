namespace Aeronet.AspNetCore.Transport.Succession;

/// <summary>The other process of a hand-over did not do its part; the message is the end of a sentence that begins with it.</summary>
internal sealed class SuccessionException(string problem) : Exception(problem);
