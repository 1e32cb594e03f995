// The few pieces of Unity that the other files use, so that they compile without it. Do not copy this file into a game.
using System;
using System.Collections.Generic;
using System.Threading;

namespace UnityEngine
{
    /// <summary>Unity calls Awake, Start, Update and OnDestroy of what derives from it, by their names.</summary>
    public abstract class MonoBehaviour
    {
    }

    /// <summary>A text on the screen. Like all of Unity it may be touched on the main thread alone.</summary>
    public sealed class Text
    {
        private string _text = "";

        /// <summary>What it shows.</summary>
        public string text
        {
            get => _text;
            set
            {
                Debug.CheckMainThread();
                _text = value;
            }
        }
    }

    /// <summary>The log of the game.</summary>
    public static class Debug
    {
        /// <summary>The main thread, once the engine runs.</summary>
        public static Thread? MainThread { get; set; }

        /// <summary>What was logged.</summary>
        public static List<string> Logged { get; } = new List<string>();

        public static void Log(string message)
        {
            lock (Logged)
            {
                Logged.Add(message);
            }
        }

        public static void LogException(Exception exception) => Log("exception: " + exception);

        internal static void CheckMainThread()
        {
            if (Thread.CurrentThread != MainThread)
            {
                throw new InvalidOperationException("This can only be called from the main thread.");
            }
        }
    }
}
