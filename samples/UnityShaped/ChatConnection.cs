using System;
using OrleansIM.Client;
using UnityEngine;

namespace UnityShaped
{
    /// <summary>
    /// The connection of the game. The client works on threads of its own; what it has to say is said in <c>Update</c>, on the
    /// main thread, so whoever listens may touch the scene.
    /// </summary>
    public sealed class ChatConnection : MonoBehaviour
    {
        // The inspector fills these.
        public string Server = "http://127.0.0.1:5080";
        public string Login = "";
        public string Password = "";

        private readonly ImPump _pump = new ImPump();
        private ImClient? _client;

        public event Action<MessageReceived>? MessageArrived;

        public event Action<string>? StateChanged;

        public ImClient Client => _client ?? throw new InvalidOperationException("Awake has not been called.");

        /// <summary>Whether every page is there.</summary>
        public bool IsReady { get; private set; }

        private void Awake()
        {
            _client = new ImClient(new ImClientOptions
            {
                Server = new Uri(Server),
                Device = "Game",
                Dispatcher = _pump,
                HandlerError = Debug.LogException,
            });
            _client.On<MessageReceived>(message => MessageArrived?.Invoke(message));
            _client.On<Reconnecting>(again => StateChanged?.Invoke("offline, attempt " + again.Attempt));
            _client.On<Reconnected>(_ => StateChanged?.Invoke("online"));
            _client.On<SignedOut>(_ => StateChanged?.Invoke("signed out"));
        }

        // Unity takes what comes after an await back to the main thread by itself.
        private async void Start()
        {
            try
            {
                await Client.SignInAsync(Login, Password);
                IsReady = true;
                StateChanged?.Invoke("online");
            }
            catch (ImException refused)
            {
                StateChanged?.Invoke("not signed in: " + refused.Message);
            }
        }

        private void Update() => _pump.Run();

        private async void OnDestroy()
        {
            if (_client is ImClient client)
            {
                await client.DisposeAsync();
            }
        }
    }
}
