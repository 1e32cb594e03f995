using OrleansIM.LoadTest.Chaos;

namespace OrleansIM.LoadTest.Tests.Load;

public sealed class ChaosPlanTests
{
    private static readonly ChaosTarget[] s_targets =
    [
        new("silo-1", [ChaosKind.Kill, ChaosKind.Freeze], 5, 20, (_, _) => Task.CompletedTask),
        new("postgres", [ChaosKind.Restart], 10, 5, (_, _) => Task.CompletedTask),
    ];

    [Fact]
    public void Plan_OfTheSameSeed_IsTheSame()
    {
        Assert.Equal(ChaosPlan.Create(4, 600, s_targets), ChaosPlan.Create(4, 600, s_targets));
        Assert.NotEqual(ChaosPlan.Create(4, 600, s_targets), ChaosPlan.Create(5, 600, s_targets));
    }

    [Fact]
    public void Plan_BreaksOneThingAtATime_AndLeavesTimeAtTheEnd()
    {
        for (var seed = 0; seed < 100; seed++)
        {
            var plan = ChaosPlan.Create(seed, 600, s_targets);

            Assert.NotEmpty(plan);
            Assert.True(plan[0].At >= 5, $"seed {seed}");
            Assert.True(plan[^1].At + plan[^1].Seconds <= 480, $"seed {seed}");
            foreach (var (step, next) in plan.Zip(plan.Skip(1)))
            {
                var target = s_targets.Single(target => target.Name == step.Target);
                Assert.Contains(step.Kind, target.Kinds);
                Assert.True(next.At >= step.At + step.Seconds + target.Recovery - 0.2, $"seed {seed}: {step} and {next}");
            }
        }
    }

    [Fact]
    public void Plan_OfAShortRun_StillBreaksSomething() => Assert.NotEmpty(ChaosPlan.Create(1, 10, [new("server", [ChaosKind.Kill], 6, 4, (_, _) => Task.CompletedTask)]));
}
