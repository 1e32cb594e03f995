using System.Collections.Concurrent;
using System.Reflection;
using UnityEngine;

namespace OrleansIM.UnityShaped.Player;

/// <summary>Plays the engine: one thread, frames, and the methods of behaviours called by their names, as Unity does.</summary>
internal sealed class Engine : SynchronizationContext, IDisposable
{
    private static readonly TimeSpan s_frame = TimeSpan.FromSeconds(1.0 / 60);

    private readonly ConcurrentQueue<(SendOrPostCallback Work, object? State)> _posted = new();
    private readonly List<MonoBehaviour> _scene = [];

    public Engine()
    {
        Debug.MainThread = Thread.CurrentThread;
        SetSynchronizationContext(this);
    }

    public int Frames { get; private set; }

    public void Load(params MonoBehaviour[] scene)
    {
        _scene.AddRange(scene);
        CallAll("Awake");
        CallAll("Start");
    }

    /// <summary>Frame after frame until the game says so.</summary>
    /// <returns>False if that took too long.</returns>
    public bool RunUntil(Func<bool> over, TimeSpan limit)
    {
        var end = DateTime.UtcNow + limit;
        while (!over())
        {
            if (DateTime.UtcNow > end)
            {
                return false;
            }

            for (var left = _posted.Count; left > 0 && _posted.TryDequeue(out var work); left--)
            {
                work.Work(work.State);
            }

            CallAll("Update");
            Frames++;
            Thread.Sleep(s_frame);
        }

        return true;
    }

    /// <summary>The scene ends, and with it the frames: nothing on this thread may wait for one any more.</summary>
    public void Dispose()
    {
        CallAll("OnDestroy");
        SetSynchronizationContext(null);
    }

    public override void Post(SendOrPostCallback d, object? state) => _posted.Enqueue((d, state));

    public override SynchronizationContext CreateCopy() => this;

    private void CallAll(string message) => _scene.ForEach(behaviour =>
        behaviour.GetType().GetMethod(message, BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public)?.Invoke(behaviour, null));
}
