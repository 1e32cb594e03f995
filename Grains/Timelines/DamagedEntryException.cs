namespace OrleansIM.Grains.Timelines;

/// <summary>
/// What is stored as an entry is not what its kind says: a disk, a tool or an older version has made something else of it.
/// Whoever replays a log leaves it out and goes on: one entry must not cost all the others.
/// </summary>
internal sealed class DamagedEntryException(Exception inner) : Exception("An entry of the log cannot be read.", inner);
