using ProxSharp.CodeGen.Schema;

namespace ProxSharp.CodeGen.Model;

/// <summary>A class of the domain layer: a group of the API whose first path parameters are known.</summary>
internal sealed class DomainClass
{
    /// <summary>The handle it belongs to.</summary>
    public required DomainScope Scope { get; init; }

    /// <summary>The class name.</summary>
    public required string Name { get; init; }

    /// <summary>The property that leads here from the class above.</summary>
    public required string PropertyName { get; init; }

    /// <summary>The group of the API.</summary>
    public required GroupModel Group { get; init; }

    /// <summary>How the group is reached from the API's root, for example <c>Nodes.Disks.Zfs</c>.</summary>
    public required string ApiPath { get; init; }

    /// <summary>The endpoints that become methods.</summary>
    public required IReadOnlyList<EndpointModel> Methods { get; init; }

    /// <summary>The classes below.</summary>
    public required IReadOnlyList<DomainClass> Children { get; init; }

    /// <summary>True if it is the handle itself, whose other half is written by hand.</summary>
    public bool IsHandle => Name == Scope.Class;

    /// <summary>This class and all below it.</summary>
    public IEnumerable<DomainClass> All => [this, .. Children.SelectMany(static child => child.All)];
}
