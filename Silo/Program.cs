using OrleansIM.Silo;

return await SiloApp.RunAsync(args);
