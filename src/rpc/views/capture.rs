//! A capture of a session: what its agent prints, with colours, live.

use super::{
    canvas::{Canvas, Order},
    far_capture,
    rows::Row,
    transcript::draw,
};
use crate::rpc::{
    blocking::aside,
    calls::{Far, ViewOpen},
    error::RpcError,
};
use crate::{
    fleet::Fleet,
    session::{CaptureOptions, Follow, Reach, Whom, WindowFit, Workspace},
    view::Tail,
};

/// Draws until the view is closed.
pub(in crate::rpc::views) async fn run(
    (workspace, fleet): (&Workspace, &Fleet),
    open: ViewOpen,
    canvas: &mut Canvas,
) -> Result<(), RpcError> {
    let far = match &open.polecat {
        Some(said) => Far::find(fleet, said).await?.map(|far| (said, far)),
        None => None,
    };
    match (far, open.follow) {
        (Some((_, far)), Some(false)) => {
            show(far.tail(options(&open).lines).await?.into_vec(), canvas).await
        }
        (Some((said, far)), _) => {
            let shown = (options(&open).lines, open.width);
            far_capture::run((said, far), fleet, shown, canvas).await
        }
        (None, Some(false)) => draw_once(workspace, open, canvas).await,
        (None, _) => draw_live(workspace, open, canvas).await,
    }
}

/// Draws a snapshot, which stays as it is until it is closed.
async fn draw_once(
    workspace: &Workspace,
    open: ViewOpen,
    canvas: &mut Canvas,
) -> Result<(), RpcError> {
    let options = options(&open);
    let output = match (open.polecat, open.session) {
        (Some(polecat), None) => {
            let whom = workspace.whom(&open.at.into(), &polecat, Reach::Reads).await?;
            whom.context.observer().capture(&whom.polecat, options).await?
        }
        (None, Some(session)) => workspace.capture_session(&session, options).await?,
        _ => return Err(neither()),
    };
    show(output, canvas).await
}

async fn show(output: Vec<u8>, canvas: &mut Canvas) -> Result<(), RpcError> {
    for patches in aside(move || Tail::default().replace(0, false, &output)).await? {
        canvas.patch(&patches).await;
    }
    canvas.opened().await;
    while canvas.orders.recv().await.is_some() {}
    Ok(())
}

async fn draw_live(
    workspace: &Workspace,
    open: ViewOpen,
    canvas: &mut Canvas,
) -> Result<(), RpcError> {
    let (options, width) = (options(&open), open.width);
    let (mut follow, fit) = match (open.polecat, open.session) {
        (Some(polecat), None) => {
            let whom = workspace.whom(&open.at.into(), &polecat, Reach::Reads).await?;
            let Whom { context, polecat: name, .. } = &whom;
            canvas.rows.set(vec![(polecat, Row::of(context, name))]);
            let follow = context.observer().follow(name, options).await?;
            let fit = follow.fit(workspace, context);
            (follow, fit)
        }
        (None, Some(session)) => (workspace.follow_session(&session, options).await?, None),
        _ => return Err(neither()),
    };
    let mut window = Window { fit, width };
    window.tell(canvas.visible);
    let result = draw_until_closed(&mut follow, canvas, &mut window).await;
    follow.end().await;
    result
}

/// The window that shows a capture, and what is to fit it.
struct Window {
    fit: Option<WindowFit>,
    width: Option<usize>,
}

impl Window {
    fn tell(&self, visible: bool) {
        if let Some(fit) = &self.fit {
            fit.show(self.width.filter(|_| visible));
        }
    }
}

async fn draw_until_closed(
    follow: &mut Follow,
    canvas: &mut Canvas,
    window: &mut Window,
) -> Result<(), RpcError> {
    let mut tail = Tail::default();
    draw(canvas, &mut tail, follow.look().await?).await?;
    // Where nothing was printed yet, there is a view all the same.
    canvas.opened().await;
    loop {
        let output = tokio::select! {
            order = canvas.orders.recv() => match order {
                None => return Ok(()),
                Some(Order::Refresh) => follow.look().await,
                Some(Order::List(_) | Order::Offer(..) | Order::Hosts(_)) => continue,
                Some(Order::Visible(visible)) => {
                    canvas.visible = visible;
                    window.tell(visible);
                    continue;
                }
                Some(Order::Width(width)) => {
                    window.width = Some(width);
                    window.tell(canvas.visible);
                    continue;
                }
            },
            output = follow.next(), if canvas.visible => output.map(Some),
        };
        match output {
            Ok(update) => draw(canvas, &mut tail, update).await?,
            // What was seen last stays until something can be seen again.
            Err(error) if error.is_passing() => {}
            Err(error) => return Err(error.into()),
        }
    }
}

fn options(open: &ViewOpen) -> CaptureOptions {
    CaptureOptions::new(open.lines, Some(open.ansi.unwrap_or(true)))
}

fn neither() -> RpcError {
    RpcError::bad_argument("a capture needs a `polecat` or a `session`")
}
