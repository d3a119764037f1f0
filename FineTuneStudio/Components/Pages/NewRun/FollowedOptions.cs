using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Components.Pages.NewRun;

/// <summary>Which options of a form follow the data: they have the value that fits it until somebody chooses another. Comes through JSON unharmed.</summary>
public sealed class FollowedOptions
{
    /// <summary>Options follow the data. They do not where a preset, another run or a specification as text has decided.</summary>
    public bool Follows { get; set; }

    /// <summary>Paths of the options whose value somebody chose.</summary>
    public HashSet<string> Chosen { get; set; } = [];

    private IEnumerable<AdvisedOption> Free => AdvisedOption.All.Where(option => Follows && !Chosen.Contains(option.Path));

    /// <summary>Takes down what somebody chose: the options whose values differ.</summary>
    public void Note(RunSpecification before, RunSpecification now)
        => Chosen.UnionWith(AdvisedOption.All.Where(option => option.Read(before) is { } was && option.Read(now) is { } value && value != was).Select(option => option.Path));

    /// <summary>From now on every option follows the data.</summary>
    public void FollowAll()
    {
        Follows = true;
        Chosen.Clear();
    }

    /// <summary>A specification with the suggested values where nobody chose.</summary>
    public RunSpecification Fill(RunSpecification specification, RunSuggestion suggestion)
        => suggestion.Options.Where(suggested => Free.Contains(suggested.Option) && suggested.Option.Read(specification) is not null)
            .Aggregate(specification, (filled, suggested) => suggested.Apply(filled));

    /// <summary>A specification with the defaults where nobody chose: of its method nothing is known to fit.</summary>
    public RunSpecification Clear(RunSpecification specification) => Free.Aggregate(specification, (cleared, option) => option.ToDefault(cleared));
}
