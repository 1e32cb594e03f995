using OrleansIM.Hosting.Checks;
using OrleansIM.Silo;

return args is [SettingsCheck.Verb, .. var check] ? SiloApp.Check(check, Console.Out) : await SiloApp.RunAsync(args);
