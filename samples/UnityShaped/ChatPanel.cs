using System;
using System.Linq;
using OrleansIM.Client;
using UnityEngine;

namespace UnityShaped
{
    /// <summary>Shows one conversation, and who is online.</summary>
    public sealed class ChatPanel : MonoBehaviour
    {
        // The inspector fills these.
        public ChatConnection? Connection;
        public Text Lines = new Text();
        public Text Status = new Text();
        public Text Friends = new Text();

        private ChatConnection Chat => Connection ?? throw new InvalidOperationException("The panel has no connection.");

        private void Start()
        {
            Chat.StateChanged += state => Status.text = state;
            Chat.MessageArrived += message => Lines.text += message.From + ": " + message.Body + "\n";
        }

        // Pages are snapshots: reading them costs no lock that a frame would wait for.
        private void Update()
        {
            if (Chat.Client.Account is string account && Chat.Client.Pages.TryGetValue(account, out Page page))
            {
                Friends.text = string.Join(", ", page.Contacts.Values.Where(contact => contact.State == "friend").Select(contact =>
                    contact.DisplayName + (page.Presence.TryGetValue(contact.Account, out Presence presence) ? " (" + presence.Status + ")" : "")));
            }
        }

        /// <summary>The player pressed Enter.</summary>
        public async void Submit(string to, string text)
        {
            try
            {
                await Chat.Client.SendAsync(Chat.Client.Account ?? "", to, text);
            }
            catch (ImException refused)
            {
                Status.text = "not sent: " + refused.Message;
            }
        }
    }
}
