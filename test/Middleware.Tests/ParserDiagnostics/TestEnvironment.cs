using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;

namespace Aeronet.AspNetCore.Middleware.Tests.ParserDiagnostics;

/// <summary>An environment by name.</summary>
internal sealed class TestEnvironment : IHostEnvironment
{
    public required string EnvironmentName { get; set; }

    public string ApplicationName { get; set; } = "";

    public string ContentRootPath { get; set; } = "";

    public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
}
