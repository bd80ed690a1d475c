namespace Aeronet.AspNetCore.Middleware.Tests.ParserDiagnostics;

/// <summary>How a request's bytes arrive.</summary>
public enum Delivery
{
    Whole,
    ByteByByte,
    SplitAtTheByte,
    SplitAfterTheByte,
    SecondOfTheConnection,
    Pipelined,
    PipelinedAfterABody,
    AfterABody,
}
