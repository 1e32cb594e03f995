using OrleansIM.Gateway.Host;

return await GatewayApp.RunAsync(args);
