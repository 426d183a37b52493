using System.CommandLine;
using ProxSharp.Api;
using ProxSharp.Cli.Errors;

namespace ProxSharp.Cli.Verbs.Nouns;

/// <summary>
/// Takes the number of a new guest where people of <c>qm</c> and <c>pct</c> write it: <c>create 100 --name web-1</c>, <c>restore ARCHIVE 100</c>.
/// </summary>
internal sealed class GuestNumber
{
    private readonly string _first;
    private readonly string _id;
    private readonly Argument<string>? _number;
    private readonly Option<string>? _name;
    private readonly Argument<string>? _template;

    private GuestNumber(string first, string id, Argument<string>? number, Option<string>? name, Argument<string>? template = null) =>
        (_first, _id, _number, _name, _template) = (first, id, number, name, template);

    /// <summary>The argument behind those of the call.</summary>
    public IReadOnlyList<Argument> Arguments => [.. new[] { _number, _template }.OfType<Argument>()];

    /// <summary>The option beside those of the call.</summary>
    public IReadOnlyList<Option> Options => _name is null ? [] : [_name];

    /// <summary>The number may stand in place of the name, which then is an option.</summary>
    /// <param name="name">The parameter of the name.</param>
    /// <param name="id">The parameter of the number.</param>
    /// <param name="takesTemplate">True if the template may stand behind it, as <c>pct create</c> has it.</param>
    public static GuestNumber InPlaceOfName(string name, string id, bool takesTemplate = false) => new(
        name,
        id,
        null,
        new Option<string>($"--{name}") { Description = "The name, where a number stands in its place or nothing", HelpName = "name" },
        takesTemplate
            ? new Argument<string>("template") { Description = "The template, as --ostemplate gives it", Arity = ArgumentArity.ZeroOrOne }
            : null);

    /// <summary>The number may stand behind the archive, or in front of it.</summary>
    /// <param name="archive">The parameter of the archive.</param>
    public static GuestNumber BesideArchive(string archive) => new(
        archive,
        "vmid",
        new Argument<string>("number") { Description = "The number of the guest, as --vmid gives it", Arity = ArgumentArity.ZeroOrOne },
        null);

    /// <summary>Returns the parameters with number and name where they belong.</summary>
    /// <exception cref="CliException">What was typed contradicts itself.</exception>
    public ApiParameters Settle(VerbRun run, ApiParameters parameters)
    {
        (string? typed, string? id) = (GuestMaking.Value(parameters, _first), GuestMaking.Value(parameters, _id));
        return _number is null ? Named(run, Templated(run, parameters), typed, id) : Restored(run.Value(_number), parameters, typed, id);
    }

    private ApiParameters Templated(VerbRun run, ApiParameters parameters)
    {
        const string Template = "ostemplate";
        if (_template is null || run.Value(_template) is not { } typed)
        {
            return parameters;
        }

        if (GuestMaking.Value(parameters, Template) is { } other && other != typed)
        {
            throw CliException.Usage($"Two templates are given: '{typed}' and --{Template} '{other}'", "Give one of them");
        }

        return With(parameters, Template, typed, ApiParameterKind.Text);
    }

    // A name of nothing but digits is meant as the number; a guest with such a name is made with the option.
    private ApiParameters Named(VerbRun run, ApiParameters parameters, string? typed, string? id)
    {
        string? name = run.Value(_name!);
        bool isNumber = IsNumber(typed) && (id is null || typed == id);
        if (typed is not null && !isNumber && name != typed)
        {
            if (IsNumber(typed))
            {
                throw CliException.Usage($"Two numbers are given: {typed} and --{_id} {id}", $"Give one of them; a name goes with {_name!.Name}");
            }

            if (name is not null)
            {
                throw CliException.Usage(
                    $"Two names are given: '{typed}' and {_name!.Name} '{name}'", $"Give one of them: a number goes with {_name!.Name}");
            }
        }

        return name is null && !isNumber ? parameters : With(parameters, isNumber ? typed : id, name ?? (isNumber ? null : typed));
    }

    private ApiParameters Restored(string? number, ApiParameters parameters, string? archive, string? id)
    {
        if (IsNumber(archive) && IsNumber(number))
        {
            throw CliException.Usage(
                $"Neither {archive} nor {number} names a backup",
                $"Name the volume of one, and the number of the guest. See what there is: prox storage content list STORAGE --content backup --vmid {archive}");
        }

        if (IsNumber(archive) && !IsNumber(number))
        {
            // pct restore takes them the other way round.
            (number, archive) = (archive, number);
        }

        if (archive is null)
        {
            throw CliException.Usage(
                $"{number} is a number, and no backup is named",
                $"Name the volume of one as well. See what there is: prox storage content list STORAGE --content backup --vmid {number}");
        }

        if (number is not null && !IsNumber(number))
        {
            throw CliException.Usage($"'{number}' is no number of a guest", "Write the archive and then the number, for example 190");
        }

        return number is null ? parameters
            : id is null || number == id ? With(parameters, number, archive)
            : throw CliException.Usage($"Two numbers are given: {number} and --vmid {id}", "Give one of them");
    }

    private ApiParameters With(ApiParameters parameters, string? id, string? first)
    {
        ApiParameters all = [];
        if (id is not null)
        {
            all.Add(new ApiParameter(_id, id, ApiParameterKind.Number, IsListItem: false));
        }

        foreach (ApiParameter parameter in parameters.Where(parameter => parameter.Name != _id && parameter.Name != _first))
        {
            all.Add(parameter);
        }

        return first is null ? all : With(all, _first, first, ApiParameterKind.Text);
    }

    private static ApiParameters With(ApiParameters parameters, string name, string value, ApiParameterKind kind)
    {
        ApiParameters all = [];
        foreach (ApiParameter parameter in parameters.Where(parameter => parameter.Name != name))
        {
            all.Add(parameter);
        }

        all.Add(new ApiParameter(name, value, kind, IsListItem: false));
        return all;
    }

    private static bool IsNumber(string? text) => text is { Length: > 0 } && text.All(char.IsAsciiDigit);
}
