namespace OrleansIM.Client.Internal;

/// <summary>Runs a request and says how long it took and how it ended.</summary>
internal static class Measuring
{
    public static async Task<T> MeasureAsync<T>(this ImClientOptions options, string op, Func<Task<T>> ask)
    {
        var metrics = options.Metrics;
        var began = options.Clock.Now();
        // Whatever else is thrown is misuse of the SDK.
        string? error = "misuse";
        metrics.RequestBegan();
        try
        {
            var answer = await ask().ConfigureAwait(false);
            error = null;
            return answer;
        }
        catch (ImException refused)
        {
            error = refused.Code;
            throw;
        }
        catch (OperationCanceledException)
        {
            error = "cancelled";
            throw;
        }
        finally
        {
            metrics.RequestEnded(op, options.Clock.Now() - began, error);
        }
    }
}
