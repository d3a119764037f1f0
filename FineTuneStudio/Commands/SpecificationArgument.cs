using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Commands;

/// <summary>A run specification that a verb is given as a file.</summary>
internal static class SpecificationArgument
{
    /// <summary>The specification, its model and files found.</summary>
    /// <exception cref="UserErrorException">There is no such file, or it is no specification.</exception>
    public static RunSpecification Read(string path) => Locate(ReadWithText(path).Specification, path);

    /// <summary>The specification as it is written, and its text.</summary>
    /// <exception cref="UserErrorException">There is no such file, or it is no specification.</exception>
    public static (string Text, RunSpecification Specification) ReadWithText(string path)
    {
        if (!File.Exists(path))
        {
            throw new UserErrorException(path, "There is no such file; expected a run specification in JSON.");
        }

        var text = File.ReadAllText(path);
        return (text, RunSpecification.Parse(text, path));
    }

    /// <summary>Relative paths count from the specification's own folder where they exist there, else from the working directory; models are found by name, adapters by name or id, too.</summary>
    public static RunSpecification Locate(RunSpecification specification, string specificationPath)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(specificationPath))!;
        string Place(string path)
        {
            var beside = Path.Combine(folder, path);
            return Path.GetFullPath(Path.Exists(beside) ? beside : path);
        }

        return specification with
        {
            Model = ModelArgument.Resolve(specification.Model),
            InitialAdapter = specification.InitialAdapter is { } initial ? AdapterArgument.Resolve(Path.Exists(Path.Combine(folder, initial)) ? Path.Combine(folder, initial) : initial) : null,
            Dataset = specification.Dataset with
            {
                Path = Place(specification.Dataset.Path),
                HeldOutPath = specification.Dataset.HeldOutPath is { } heldOut ? Place(heldOut) : null,
            },
        };
    }
}
