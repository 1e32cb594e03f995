using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans;
using OrleansIM.Accounts;
using OrleansIM.Client;
using OrleansIM.Contacts;
using OrleansIM.Gateway.Sessions;
using OrleansIM.Grains.Tests.Support;
using OrleansIM.Mailboxes;
using OrleansIM.Protocol;
using OrleansIM.Service;
using OrleansIM.Sessions;
using OrleansIM.Timelines;

namespace OrleansIM.Cluster.Tests;

/// <summary>
/// A stream's requests on their way to accounts on two silos, which takes each call another time: what the engine may do,
/// and does when it looks for an account or a connection is made. The order that the client asked in is the order that is
/// stored.
/// </summary>
public sealed class OrderAcrossSilosTests
{
    [SkippableFact]
    public async Task Requests_ThatOvertakeOneAnotherOnTheWay_AreStoredInTheOrderTheyWereSent()
    {
        AcrossSilosTests.RequireCluster();
        await using var world = await GrainWorld.StartClusterAsync(2);
        await world.RegisterAsync("ann", "bob");
        await GrainWorld.BefriendAsync(await world.SignInAsync("ann"), await world.SignInAsync("bob"));
        await using var gateway = await StartGatewayAsync(world);
        await using var client = new ImClient(new ImClientOptions { Server = new Uri(gateway.Urls.First()) });
        await client.SignInAsync("ann", GrainWorld.Password("ann"));

        const int rounds = 10;
        var answers = new List<Task<JsonElement>>();
        for (var i = 1; i <= rounds; i++)
        {
            answers.Add(client.RequestAsync("settings.set", Json(new { @as = "ann", key = "round", value = i })));
            answers.Add(client.RequestAsync("contacts.set", Json(new { @as = "ann", account = "bob", remark = $"{i}" })));
            answers.Add(client.RequestAsync("send", Json(new { @as = "ann", to = "bob", body = $"{i}", cid = $"c{i}" })));
            answers.Add(client.RequestAsync("send", Json(new { @as = "ann", to = "bob", body = $"{i} too", cid = $"d{i}" })));
        }

        await Task.WhenAll(answers);
        var refused = client.RequestAsync("contacts.block", Json(new { @as = "ann", account = "bob" }));
        var message = client.RequestAsync("send", Json(new { @as = "ann", to = "bob", body = "too late", cid = "late" }));
        await refused;
        Assert.Equal(ErrorCodes.Blocked, (await Assert.ThrowsAsync<ImException>(() => message)).Code);

        var stored = world.Store.All("ann").Select(Shown).Where(what => what.Length > 0).ToList();
        Assert.Equal(Enumerable.Range(1, rounds).Select(i => $"setting {i}"), stored.Where(what => what.StartsWith("setting", StringComparison.Ordinal)));
        Assert.Equal(
            Enumerable.Range(1, rounds).SelectMany(i => (string[])[$"remark {i}", $"message {i}", $"message {i} too"]),
            stored.Where(what => !what.StartsWith("setting", StringComparison.Ordinal)).Take(3 * rounds));
        Assert.All(Enumerable.Range(1, rounds), i => Assert.InRange(stored.IndexOf($"setting {i}"), 0, stored.IndexOf($"remark {i}")));
    }

    private static string Shown(TimelineEntry entry)
    {
        var json = entry.Json();
        return entry.Kind switch
        {
            EntryKind.Message => $"message {entry.Body()}",
            EntryKind.Settings => $"setting {json.GetProperty("value")}",
            EntryKind.Contact => json.GetProperty("contact").TryGetProperty("remark", out var remark) ? $"remark {remark}" : "",
            _ => "",
        };
    }

    private static JsonElement Json(object fields) => JsonSerializer.SerializeToElement(fields);

    private static async Task<WebApplication> StartGatewayAsync(GrainWorld world)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IDataProtectionProvider>(new EphemeralDataProtectionProvider());
        builder.Services.AddSingleton<IAccountDirectory>(new Roundabout(world.Grains));
        builder.Services.AddGateway(options => options.AccountsElsewhere = true);
        var app = builder.Build();
        app.MapGateway();
        await app.StartAsync();
        return app;
    }

    /// <summary>The accounts of the cluster, each call to one a different while away.</summary>
    private sealed class Roundabout(IGrainFactory grains) : IAccountDirectory
    {
        public string? Node => "test";

        public IServiceGrain Service => grains.GetGrain<IServiceGrain>(IServiceGrain.Key);

        public IAccountGrain Account(string id) => Detour.To(grains.GetGrain<IAccountGrain>(id));

        public IAccountCredentialsGrain Credentials(string id) => grains.GetGrain<IAccountCredentialsGrain>(id);

        public IAccountAppPasswordsGrain AppPasswords(string id) => grains.GetGrain<IAccountAppPasswordsGrain>(id);

        public IAccountExportGrain Export(string id) => grains.GetGrain<IAccountExportGrain>(id);

        public IAccountAddressBookGrain AddressBook(string id) => grains.GetGrain<IAccountAddressBookGrain>(id);

        public IAccountMailGrain Mail(string id) => grains.GetGrain<IAccountMailGrain>(id);

        public IMailboxBridgeGrain Mailbox(string key) => grains.GetGrain<IMailboxBridgeGrain>(key);

        public IGatewayObserver CreateReference(IGatewayObserver observer) => grains.CreateObjectReference<IGatewayObserver>(observer);
    }
}

/// <summary>A reference to an account whose calls set out at once, and arrive after a while that is left to chance.</summary>
public class Detour : DispatchProxy
{
    private static readonly MethodInfo s_late = typeof(Detour).GetMethod(nameof(LateAsync), BindingFlags.NonPublic | BindingFlags.Static)!;
    private readonly Random _random = new(1);
    private IAccountGrain _account = null!;

    /// <summary>The way to an account.</summary>
    public static IAccountGrain To(IAccountGrain account)
    {
        var way = Create<IAccountGrain, Detour>();
        ((Detour)(object)way)._account = account;
        return way;
    }

    /// <inheritdoc />
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        TimeSpan late;
        lock (_random)
        {
            late = TimeSpan.FromMilliseconds(_random.Next(6));
        }

        var type = targetMethod!.ReturnType;
        return type.IsGenericType
            ? s_late.MakeGenericMethod(type.GetGenericArguments()).Invoke(null, [late, () => targetMethod.Invoke(_account, args)])
            : LateAsync<object>(late, () => CompleteAsync((Task)targetMethod.Invoke(_account, args)!));
    }

    private static async Task<object> CompleteAsync(Task call)
    {
        await call;
        return call;
    }

    private static async Task<T> LateAsync<T>(TimeSpan late, Func<object?> call)
    {
        await Task.Delay(late);
        return await (Task<T>)call()!;
    }
}
