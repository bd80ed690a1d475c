using System.Runtime.CompilerServices;

namespace Aeronet.AspNetCore.Middleware.Hooks;

/// <summary>
/// The places with hooks that a request has come by, first to last, as a feature of it: where the pipeline is run again, for an error page
/// for one, no hook is. Requests share them: each way through the application is made once, so that no request allocates one.
/// </summary>
internal sealed class HookTrail
{
    /// <summary>Of a request that has come by none.</summary>
    public static readonly HookTrail Start = new(null, new HookSet([], []));

    private readonly HookTrail? _before;

    // Weak, because endpoints, and so their sets, may be made anew while the application runs.
    private readonly ConditionalWeakTable<HookSet, HookTrail> _next = [];

    private HookTrail(HookTrail? before, HookSet place)
    {
        _before = before;
        Place = place;
        RequestHooks = [.. place.RequestHooks.Where(hook => before?.Has(set => set.RequestHooks, hook) != true)];
        ResponseHooks = [.. place.ResponseHooks.Where(hook => before?.Has(set => set.ResponseHooks, hook) != true)];
    }

    /// <summary>The hooks to run at the last place: those that no place before had, which a group's hooks are at a second endpoint.</summary>
    public RequestHook[] RequestHooks { get; }

    /// <inheritdoc cref="RequestHooks"/>
    public ResponseHook[] ResponseHooks { get; }

    private HookSet Place { get; }

    /// <summary>The way up to a place; null if it does not lead there.</summary>
    public HookTrail? UpTo(HookSet place)
    {
        for (var trail = this; trail is not null; trail = trail._before)
        {
            if (trail.Place == place)
            {
                return trail;
            }
        }

        return null;
    }

    /// <summary>The way that leads on to a place where it has not been.</summary>
    public HookTrail Then(HookSet place) =>
        _next.TryGetValue(place, out var trail) ? trail : _next.GetValue(place, next => new HookTrail(this, next));

    private bool Has<T>(Func<HookSet, T[]> hooksOf, T hook)
        where T : class => hooksOf(Place).Any(other => ReferenceEquals(other, hook)) || _before?.Has(hooksOf, hook) == true;
}
