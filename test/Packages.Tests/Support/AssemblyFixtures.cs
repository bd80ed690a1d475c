using Aeronet.AspNetCore.Packages.Tests.Support;

[assembly: AssemblyFixture(typeof(BuiltFeed))]
[assembly: AssemblyFixture(typeof(ReleasedFeed))]
