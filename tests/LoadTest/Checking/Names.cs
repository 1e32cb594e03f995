using System.Collections.Concurrent;

namespace OrleansIM.LoadTest.Checking;

/// <summary>The accounts of a run and their numbers, from 1. Number 0 is somebody who is not of this run.</summary>
internal sealed class Names
{
    /// <summary>The number of everybody who is not of this run.</summary>
    public const int Stranger = 0;

    private readonly ConcurrentDictionary<string, int> _numbers = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _bySpan;
    private readonly List<string> _names = ["(a stranger)"];

    public Names() => _bySpan = _numbers.GetAlternateLookup<ReadOnlySpan<char>>();

    public int Count => _names.Count - 1;

    /// <summary>Adds an account and answers its number.</summary>
    public int Add(string name)
    {
        lock (_names)
        {
            _names.Add(name);
            _numbers[name] = _names.Count - 1;
            return _names.Count - 1;
        }
    }

    /// <summary>The number of an account, <see cref="Stranger"/> if it is not of this run.</summary>
    public int Find(ReadOnlySpan<char> name) => _bySpan.TryGetValue(name, out var number) ? number : Stranger;

    public string Of(int number)
    {
        lock (_names)
        {
            return _names[number];
        }
    }
}
