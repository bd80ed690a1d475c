var builder = WebApplication.CreateBuilder(args);
builder.AddAeronet(); // the transport, and what the section Aeronet of appsettings.json sets up

var app = builder.Build();
app.UseAeronet();     // the middleware of that section, in the right order
#if (!static)
app.MapGet("/", () => "Hello, World!");
#endif
app.MapGet("/hello/{name}", (string name) => $"Hello, {name}!");
app.Run();
