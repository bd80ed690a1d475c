namespace Aeronet.AspNetCore.Stress.Tests.Connections;
internal static class SmallServerRole { internal static Task<int> RunAsync(string[] a) => Task.FromResult(0); }
