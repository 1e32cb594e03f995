using OrleansIM.Client;

var builder = Host.CreateApplicationBuilder(args);
builder.Services.AddOrleansIm(builder.Configuration.GetSection("OrleansIm")).AddOrleansImConnection();
using var host = builder.Build();

var client = host.Services.GetRequiredService<ImClient>();
client.On<MessageReceived>(message => message.IsOwn ? Task.CompletedTask : client.SendAsync(message.Account, message.Peer, "You said: " + message.Body));
await host.RunAsync();
