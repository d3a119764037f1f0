using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace FineTuneStudio.Persistence.Migrations;

/// <summary>How fast models are on this machine.</summary>
[DbContext(typeof(StudioDatabase))]
[Migration("0014_ModelSpeeds")]
internal sealed class M0014ModelSpeeds : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
        => migrationBuilder.CreateTable(
            "ModelSpeeds",
            table => new
            {
                ModelId = table.Column<Guid>(),
                Machine = table.Column<string>(maxLength: 200),
                Kind = table.Column<string>(maxLength: 16),
                TokensPerSecond = table.Column<double>(),
                Origin = table.Column<string>(maxLength: 300),
                MeasuredAt = table.Column<long>(),
            },
            constraints: table => table.PrimaryKey("PK_ModelSpeeds", row => new { row.ModelId, row.Machine, row.Kind }));

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.DropTable("ModelSpeeds");
}
