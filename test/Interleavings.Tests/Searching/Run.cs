using Aeronet.AspNetCore.Interleavings.Tests.Choosing;
using Aeronet.AspNetCore.Interleavings.Tests.Scenarios;
using Aeronet.AspNetCore.Interleavings.Tests.Stages;
using Aeronet.AspNetCore.Transport.EventLoop;

namespace Aeronet.AspNetCore.Interleavings.Tests.Searching;

/// <summary>Plays a scenario once.</summary>
internal static class Run
{
    internal static Outcome Of(Scenario scenario, Schedule schedule)
    {
        var chooser = new ThreadChooser(schedule);
        ThreadChooser.Enter();
        Interleaving.Chooser = chooser;
        try
        {
            var stage = new Stage(chooser, scenario.Configure);
            scenario.Set(stage);
            stage.Play();
            stage.End();
        }
        finally
        {
            Interleaving.Chooser = null;
            ThreadChooser.Leave();
        }

        return new Outcome(schedule, chooser.Choices, chooser.Failure?.ToString(), chooser.Trace) { IsHung = chooser.Failure is TimeoutException };
    }
}
